"""The pages, one module a page or a group of them, each with its router."""
