"""The pages: what people are shown of a published night. Nothing here computes a figure."""
