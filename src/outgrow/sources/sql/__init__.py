"""Anyone's database: metrics that are declared as SQL, over a schema that is not ours."""
