"""the Office template compiler; knows nothing about bids."""
