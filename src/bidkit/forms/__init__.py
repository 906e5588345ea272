"""the buyer's own Word forms: their blanks found, filled from the bid, and all else proved to be as it came."""
