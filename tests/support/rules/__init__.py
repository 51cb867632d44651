"""The rule tables of indicators.md, row by row and sentence by sentence, as cases."""
