--+ tables:
--+   project: [id, start, end]
--+   participation: [id, project, organisation]
--+ columns: {year: integer, projects: integer, participations: integer, organisations: integer}
WITH span AS (
  SELECT id AS project, CAST(substr("start", 1, 4) AS INTEGER) AS first, CAST(substr("end", 1, 4) AS INTEGER) AS last
  FROM project
  WHERE "start" IS NOT NULL AND "end" IS NOT NULL
), running AS (
  SELECT project, unnest(range(first, least(last, first + 29) + 1)) AS year FROM span
)
SELECT year, count(DISTINCT project), count(participation.id), count(DISTINCT organisation)
FROM running JOIN participation USING (project)
GROUP BY year
ORDER BY year
