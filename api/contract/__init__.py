"""What is sent and what is answered, for every way in: names, forms, problems and sentences."""
