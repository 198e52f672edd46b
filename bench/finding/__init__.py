"""What is found on titles that are nearly plain: python -m bench.finding."""
