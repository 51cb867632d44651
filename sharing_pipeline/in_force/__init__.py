"""What holds on a day: submissions folded forward, lists that are replaced whole, demands."""
