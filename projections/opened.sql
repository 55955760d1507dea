-- The files of a scope in the order of the register, without what the register shows of them.

-- name: opened
SELECT register.child, register.opened, register.version FROM register
