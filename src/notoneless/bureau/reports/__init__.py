"""The four reports (四个一): school monthly, county quarterly, city each term, province yearly (domain 1.4)."""
