-- What the two roles that log in may do in the ledger; nobody else may anything.
REVOKE ALL ON FUNCTION append, position_at, settle, note_accesses, begin_log, grow_log, publish_checkpoint
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append, settle, note_accesses, begin_log, grow_log, publish_checkpoint TO :"writer";
GRANT EXECUTE ON FUNCTION position_at TO :"reader";
GRANT SELECT ON head, entry, naming TO :"reader";
GRANT SELECT ON epoch TO :"reader";

GRANT SELECT ON institution, member, token TO :"reader";
GRANT SELECT, INSERT ON institution, member, token TO :"writer";
GRANT UPDATE (name, uscc, region) ON institution TO :"writer";
GRANT UPDATE (role, institution, prefix, granted_by, let_in_by) ON member TO :"writer";
GRANT UPDATE (revoked_at, used_at, factor_at) ON token TO :"writer";
-- What is kept of a password nobody reads who does not check it.
GRANT SELECT (login, member, name, password_set_at) ON login TO :"reader";
GRANT SELECT ON login TO :"writer";
GRANT INSERT (login, member, name) ON login TO :"writer";
GRANT UPDATE (password, password_set_at) ON login TO :"writer";
-- Nor the secret of a second factor.
GRANT SELECT (member, confirmed_at) ON second_factor TO :"reader";
GRANT SELECT, DELETE ON second_factor TO :"writer";
GRANT INSERT (member, secret, last_step) ON second_factor TO :"writer";
GRANT UPDATE (confirmed_at, last_step) ON second_factor TO :"writer";
GRANT SELECT ON identity_link TO :"reader";
GRANT SELECT, INSERT, DELETE ON identity_link TO :"writer";
GRANT SELECT, INSERT, DELETE ON sign_in_try TO :"writer";
GRANT UPDATE (tries, last_at, wait_until) ON sign_in_try TO :"writer";
GRANT SELECT, INSERT, DELETE ON search_ticket, kept_form, shown_page TO :"writer";
GRANT SELECT ON search_ticket, kept_form, shown_page TO :"reader";
GRANT SELECT, INSERT ON recorded_type TO :"writer";
GRANT UPDATE (times) ON recorded_type TO :"writer";
GRANT SELECT ON recorded_type TO :"reader";
GRANT SELECT, INSERT, DELETE ON mail_address, sent_digest TO :"writer";
GRANT UPDATE (address) ON mail_address TO :"writer";
GRANT SELECT ON mail_address TO :"reader";
GRANT SELECT, INSERT, DELETE ON import_job TO :"writer";
GRANT UPDATE (state, progress, seen_at) ON import_job TO :"writer";
GRANT SELECT ON import_job TO :"reader";
GRANT INSERT ON issued_report TO :"writer";
GRANT SELECT ON issued_report TO :"reader";
GRANT SELECT ON access_head, access TO :"reader";
GRANT SELECT ON log, log_tile TO :"reader";

GRANT SELECT ON generation TO :"reader";
GRANT UPDATE (walked, position, built_at, known_walked, known_position) ON generation TO :"reader";
GRANT SELECT, INSERT ON walked_part TO :"reader";
GRANT UPDATE (walked) ON walked_part TO :"reader";
GRANT SELECT, INSERT, DELETE ON stopped_file TO :"reader";
