"""Engines that think."""
