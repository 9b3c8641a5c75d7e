"""Migrations, numbered; expand first, contract a version later."""
