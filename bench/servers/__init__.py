"""The mail servers that are sent to: real ones, of Postfix, on 127.0.0.1."""
