"""Inbound: how many durable, really answered turns a second, beside two WeRoBot echoes that keep nothing.

Run with `.venv/bin/python -m benchmarks.inbound`; `--latency` and `--process` are the other two parts.
"""
