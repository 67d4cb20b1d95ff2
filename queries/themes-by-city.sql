--+ tables:
--+   project: [id, theme, area, areaCountry]
--+   cooperation: [id, theme, area, areaCountry]
--+   participation: [project, cooperation, organisation, forPlace, forCountry]
--+   organisation: [id, seat, seatCountry]
--+   activity: [project, cooperation, location]
--+   city: [id, label, placeType]
--+   theme: [id, label]
--+ columns: {city: iri, city_label: $lang, theme: iri, theme_label: $lang, projects: integer, cooperations: integer}
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
), filed AS (
  SELECT id AS project, NULL AS cooperation, unnest(theme) AS theme FROM project
  UNION SELECT NULL, id, unnest(theme) FROM cooperation
), counted AS (
  SELECT place, filed.theme, count(project) AS projects, count(cooperation) AS cooperations
  FROM involved JOIN filed ON coalesce(project, cooperation) = initiative
  WHERE $city IS NULL OR place = $city
  GROUP BY place, filed.theme
)
SELECT place, city.label, counted.theme, theme.label, projects, cooperations
FROM counted JOIN city ON city.id = place LEFT JOIN theme ON theme.id = counted.theme
WHERE list_contains(placeType, 'https://schema.org/City')
ORDER BY place, projects DESC, cooperations DESC, counted.theme
