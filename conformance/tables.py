def families(): return {}
