"""A synthetic platform to try everything on: two years of a commerce platform, made from a seed."""

from outgrow.sources.commerce.demo.build import DemoReport, build_demo

__all__ = ["DemoReport", "build_demo"]
