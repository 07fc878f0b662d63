"""The version of the recorder."""

VERSION = "0.1.0"
