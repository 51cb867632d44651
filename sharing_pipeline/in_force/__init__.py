"""What holds on a day: submissions folded forward, lists that are replaced whole, rows that are
updated by their key. Which dataset is which stands in its contract."""
