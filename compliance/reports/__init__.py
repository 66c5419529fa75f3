"""Reports for people: one content as JSON, PDF and workbook, in Chinese and English."""
