-- Who was adopted in a period, by whoever was in charge on the day; what is counted held the day before.

-- name: adopted
SELECT {cell} AS cell, count(*)
  FROM situations
  LEFT JOIN situations AS before ON before.child = situations.child AND before.until = situations.since - 1
       {held}
 WHERE situations.stage = 'adopted' AND before.stage IS DISTINCT FROM 'adopted'
   AND situations.since BETWEEN %(since)s AND %(until)s AND {scope} AND {where}
 GROUP BY cell

-- name: adopted_children
SELECT situations.child, situations.since, {cell} AS cell
  FROM situations
  LEFT JOIN situations AS before ON before.child = situations.child AND before.until = situations.since - 1
       {held}
 WHERE situations.stage = 'adopted' AND before.stage IS DISTINCT FROM 'adopted'
   AND situations.since BETWEEN %(since)s AND %(until)s AND {scope} AND {where}
 ORDER BY situations.since, situations.child
