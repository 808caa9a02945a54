"""The statements on our tables, a file a family: what `DatabaseStore` is made of."""
