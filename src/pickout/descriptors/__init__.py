"""Descriptors: numbers measured on a region that stay alike when the object is met again."""
