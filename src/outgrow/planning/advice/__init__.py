"""What should be done, in words, and how it lives from day to day."""
