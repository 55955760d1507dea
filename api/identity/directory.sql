-- What is asked of institutions, the staff directory and tokens.

-- name: holder
-- A session ends with the token that it was begun with.
SELECT t.token, t.expires_at, coalesce(t.used_at, t.made_at), t.reason, t.once, t.factor_at IS NOT NULL, t.may_approve, m.member, m.role,
       m.institution, i.region, m.prefix
  FROM token t
  JOIN member m USING (member)
  LEFT JOIN institution i USING (institution)
  LEFT JOIN token b ON b.token = t.begun_with
 WHERE t.digest = %b AND t.revoked_at IS NULL AND b.revoked_at IS NULL

-- name: actor
SELECT m.role, m.institution, i.region, m.prefix FROM member m LEFT JOIN institution i USING (institution) WHERE m.member = %s

-- name: institutions
SELECT institution, name, uscc, region FROM institution ORDER BY name

-- name: institution
SELECT institution, name, uscc, region FROM institution WHERE institution = %s

-- name: institutions_within
SELECT institution FROM institution WHERE starts_with(region, %s)

-- name: enter_institution
INSERT INTO institution (institution, name, uscc, region) VALUES (%s, %s, %s, %s)
    ON CONFLICT (institution) DO UPDATE
   SET name = excluded.name, uscc = excluded.uscc, region = excluded.region

-- name: members
SELECT member, name, role, institution, prefix, granted_by, let_in_by FROM member ORDER BY role, member

-- name: members_of
SELECT member, name, role, institution, prefix, granted_by, let_in_by FROM member WHERE member = ANY (%s)

-- name: members_after
SELECT member, name, role, institution, prefix, granted_by, let_in_by
  FROM member
 WHERE coalesce((role, member) > (SELECT role, member FROM member WHERE member = %(after)s), true)
   AND coalesce(role = %(role)s, true) AND coalesce(institution = %(institution)s, true)
 ORDER BY role, member
 LIMIT %(limit)s

-- name: add_member
INSERT INTO member (member, name, role, institution, prefix, granted_by) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING

-- name: change_role
UPDATE member SET role = %s, institution = %s, prefix = %s, granted_by = %s WHERE member = %s

-- name: note_grant
UPDATE member SET granted_by = %s WHERE member = %s

-- name: note_let_in
UPDATE member SET let_in_by = %s WHERE member = %s

-- name: add_token
INSERT INTO token (member, digest, purpose, may_approve, made_at, expires_at, reason, begun_with, once)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: tokens
SELECT token, member, purpose, may_approve, made_at, expires_at, revoked_at, used_at FROM token ORDER BY made_at, token

-- name: tokens_after
SELECT token, member, purpose, may_approve, made_at, expires_at, revoked_at, used_at
  FROM token
 WHERE reason IS NULL AND revoked_at IS NULL AND expires_at > %(now)s AND coalesce(member = %(member)s, true)
   AND coalesce((made_at, token) < (SELECT made_at, token FROM token WHERE token = %(after)s), true)
 ORDER BY made_at DESC, token DESC
 LIMIT %(limit)s

-- name: token
SELECT token, member, purpose, may_approve, made_at, expires_at, revoked_at, used_at FROM token WHERE token = %s

-- name: revoke
UPDATE token SET revoked_at = %s WHERE token = %s AND revoked_at IS NULL RETURNING digest

-- name: revoke_digest
UPDATE token SET revoked_at = %s WHERE digest = %b AND revoked_at IS NULL RETURNING digest

-- name: revoke_purpose
UPDATE token SET revoked_at = %s WHERE purpose = %s AND revoked_at IS NULL RETURNING digest

-- name: sessions_of
SELECT t.token, t.made_at, coalesce(t.used_at, t.made_at), t.reason
  FROM token t
  LEFT JOIN token b ON b.token = t.begun_with
 WHERE t.member = %s AND t.reason IS NOT NULL AND t.revoked_at IS NULL AND b.revoked_at IS NULL AND t.expires_at > %s
 ORDER BY t.made_at DESC, t.token

-- name: revoke_session
UPDATE token SET revoked_at = %s
 WHERE token = %s AND member = %s AND reason IS NOT NULL AND revoked_at IS NULL
RETURNING digest

-- name: used
UPDATE token t SET used_at = u.at
  FROM unnest(%s::uuid[], %s::timestamptz[]) AS u (token, at)
 WHERE t.token = u.token AND (t.used_at IS NULL OR t.used_at < u.at)
