"""Empty forms that an officer fills in, made from the contracts."""
