-- What the two roles that log in may do in the key store; nobody else may anything.
GRANT SELECT, INSERT ON data_key TO :"writer";
GRANT SELECT ON data_key TO :"reader";
GRANT SELECT ON key_backup TO :"reader";
