"""What nsgkit costs in time and memory, beside what people do today. Run each with python -m."""
