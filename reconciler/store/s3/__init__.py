"""State in a bucket that a team and its CI share: no second service, no trust in clocks."""
