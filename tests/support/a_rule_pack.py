"""A rule pack of a county, as an administrator pastes it."""

PACK = """
[[number]]
rule = "D11"
region = "371099"
value = 5
unit = "months"
source = "示例市民政局文件"
verified = true
"""
"""One number of the rule D11, of the county of every test."""
