"""Engines that animate."""
