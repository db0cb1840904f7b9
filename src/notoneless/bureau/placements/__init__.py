"""Special education and migrant workers' children: from opinion or application to a place (domain 1.12, 1.13)."""
