"""Learning the shared model from many growth histories; needs the extra `fit`."""
