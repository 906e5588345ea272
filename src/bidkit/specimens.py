"""what `bidkit init` writes of its fictional company, and its specimens: nothing of it goes out under another name."""

from __future__ import annotations

SAMPLES = {
    "name": ("青屿示例科技有限公司", "Sample Meadow Instruments Ltd"),
    "uscc": ("91999999MA0EXAMP1J", "00000000"),
    "legal_representative": ("示例·沈一舟", "Sample Person"),
    "address": ("示例市示例区样本路 1 号", "1 Sample Street, Exampleton"),
    "phone": ("000-00000000", "+1 555-0100"),
    "email": ("bid@sample.example", "bids@sample.example"),
    "introduction": ("本公司为示例", "This company is a sample."),
}
"""What `bidkit init` writes of its fictional company."""
SPECIMENS = {
    "19315d7bf361dc2e538f3ed3f080ff99c6dfafb9798282bde969c11fc7f7aed5",
    "321ced11552756cfe8968dd1c99f9372b99503ac1b6f54a39bed446abfb8794d",
}
"""The SHA-256 of the scans beside it."""
