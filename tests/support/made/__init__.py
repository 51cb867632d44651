"""Files of every format, made by hand from one description, so that each oddity is on purpose."""
