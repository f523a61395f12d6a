"""JSONPath and XPath within bounds, and selectors that use them."""
