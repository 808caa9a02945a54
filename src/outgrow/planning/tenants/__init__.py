"""What tenants bought, what they use, and whom a larger plan helps."""
