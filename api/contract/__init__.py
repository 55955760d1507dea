"""The contract of the API: names, forms, problems and sentences of requests and answers."""
