--+ tables:
--+   project: [id, area, areaCountry]
--+   cooperation: [id, area, areaCountry]
--+   participation: [project, cooperation, organisation, forPlace, forCountry]
--+   organisation: [id, seat, seatCountry]
--+   activity: [project, cooperation, location]
--+   city: [id, label, centroid, country, within]
--+   country: [id, label]
--+ columns: {value: iri, label: $lang, country_label: $lang, wkt: geo_wktLiteral, projects: integer, cooperations: integer}
WITH RECURSIVE part AS (
  SELECT unnest([project, cooperation]) AS initiative, organisation, forPlace, forCountry FROM participation
), seated AS (
  SELECT id, unnest([seat, seatCountry]) AS place FROM organisation
), involved AS (
  -- Not UNION: DuckDB 1.2 and 1.4 keep repeated rows of one that stands in a WITH RECURSIVE.
  SELECT DISTINCT initiative, place FROM (
    SELECT initiative, unnest(list_concat(forPlace, forCountry)) AS place FROM part
    UNION ALL SELECT initiative, place FROM part JOIN seated ON seated.id = organisation
    UNION ALL SELECT id, unnest(list_concat(area, areaCountry)) FROM project
    UNION ALL SELECT id, unnest(list_concat(area, areaCountry)) FROM cooperation
    UNION ALL SELECT unnest([project, cooperation]), place
              FROM (SELECT project, cooperation, unnest(location) AS place FROM activity)
  )
), step AS (
  SELECT id AS place, unnest([country, "within"]) AS above FROM city
), up AS (
  SELECT place, above FROM step WHERE above IS NOT NULL
  UNION SELECT up.place, step.above FROM up JOIN step ON step.place = up.above WHERE step.above IS NOT NULL
), lies AS (
  SELECT DISTINCT up.place, country.label AS country_label FROM up JOIN country ON country.id = up.above
), counted AS (
  SELECT place, count(project.id) AS projects, count(cooperation.id) AS cooperations
  FROM involved LEFT JOIN project ON project.id = initiative LEFT JOIN cooperation ON cooperation.id = initiative
  WHERE place IS NOT NULL AND initiative IS NOT NULL
  GROUP BY place
)
SELECT counted.place, coalesce(city.label, country.label), country_label, centroid, projects, cooperations
FROM counted
LEFT JOIN city ON city.id = counted.place
LEFT JOIN country ON country.id = counted.place
LEFT JOIN lies ON lies.place = counted.place
ORDER BY projects DESC, cooperations DESC, counted.place, country_label
