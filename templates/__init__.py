"""The templates that come with Postroom: data alone, in a layer of their own."""
