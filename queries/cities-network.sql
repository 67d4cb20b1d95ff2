--+ tables:
--+   project: [id, area, areaCountry]
--+   cooperation: [id, area, areaCountry]
--+   participation: [project, cooperation, organisation, forPlace, forCountry]
--+   organisation: [id, seat, seatCountry]
--+   activity: [project, cooperation, location]
--+   city: [id, label, placeType]
--+ columns: {one: iri, one_label: $lang, other: iri, other_label: $lang, shared: integer}
WITH part AS (
  SELECT unnest([project, cooperation]) AS initiative, organisation, forPlace, forCountry FROM participation
), seated AS (
  SELECT id, unnest([seat, seatCountry]) AS place FROM organisation
), involved AS (
  SELECT initiative, unnest(list_concat(forPlace, forCountry)) AS place FROM part
  UNION SELECT initiative, place FROM part JOIN seated ON seated.id = organisation
  UNION SELECT id, unnest(list_concat(area, areaCountry)) FROM project
  UNION SELECT id, unnest(list_concat(area, areaCountry)) FROM cooperation
  UNION SELECT unnest([project, cooperation]), place
        FROM (SELECT project, cooperation, unnest(location) AS place FROM activity)
), linked AS MATERIALIZED (
  SELECT initiative, place AS city FROM involved JOIN city ON city.id = place
  WHERE initiative IS NOT NULL AND list_contains(placeType, 'https://schema.org/City')
), pair AS (
  SELECT a.city AS one, b.city AS other, count(*) AS shared
  FROM linked a JOIN linked b ON b.initiative = a.initiative AND a.city < b.city
  GROUP BY a.city, b.city
)
SELECT one, x.label, other, y.label, shared
FROM pair JOIN city x ON x.id = one JOIN city y ON y.id = other
ORDER BY shared DESC, one, other
