-- An institution of which the region is not known is in nobody's; 000000 stood for that. Its row follows its stream.
ALTER TABLE institution ALTER COLUMN region DROP NOT NULL;
UPDATE institution SET region = NULL WHERE region = '000000';
GRANT UPDATE (name, uscc, region) ON institution TO :"writer";

-- So is whoever is bound to the region of such an institution: no prefix fits none.
ALTER TABLE member DROP CONSTRAINT member_check1;
ALTER TABLE member ADD CHECK (prefix IS NULL OR role IN ('placement_officer', 'bureau'));

-- Whether somebody who enters with a token may decide about exceptions.
ALTER TABLE token ADD COLUMN may_approve boolean NOT NULL DEFAULT true;
