"""Array mathematics: NumPy and nothing of ours."""
