"""What a mail costs on AWS: every request counted, priced by the public lists."""
