"""Leads `import distutils` to the copy in setuptools, on interpreters that have none of their own."""

import setuptools._distutils

__path__ = setuptools._distutils.__path__
