"""PDFs: a layout finished for handing in, pages of other PDFs merged into it, and what a finished one holds."""
