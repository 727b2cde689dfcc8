"""Measurements that can be run again, each against the plain way of doing the same."""
