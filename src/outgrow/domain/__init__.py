"""The nouns: frozen values that every room speaks in. Standard library and NumPy only."""
