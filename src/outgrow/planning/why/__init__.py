"""What moved a date, and who brought growth."""
