-- What the two roles that log in may do in a ledger of the library's, beside what they may in every ledger.
GRANT SELECT ON head, entry TO :"writer";
GRANT SELECT, INSERT ON application, snapshot TO :"writer";
GRANT SELECT, INSERT, UPDATE ON tracking TO :"writer";
GRANT SELECT ON application, snapshot, tracking TO :"reader";
